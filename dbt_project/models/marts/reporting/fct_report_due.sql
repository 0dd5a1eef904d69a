with reports_due as (
    select * from {{ ref('int_reports_due') }}
),

-- A copy of an earlier file, and a file that was not recognised, is no version of a report.
versions as (
    select
        form,
        org_unit_code,
        period,
        verdict,
        received_at,
        row_number() over (
            partition by form, org_unit_code, period
            order by version desc
        ) as age
    from {{ ref('stg_submissions') }}
    where version is not null
),

sent as (
    select
        form,
        org_unit_code,
        period,
        count(*) as versions,
        max(received_at) as last_received_at,
        max(case when age = 1 then verdict end) as verdict,
        min(case when verdict in ('accepted', 'accepted_with_queries') then received_at end)
            as first_accepted_at
    from versions
    group by form, org_unit_code, period
),

judged as (
    select
        reports_due.*,
        sent.last_received_at,
        sent.verdict,
        sent.first_accepted_at,
        coalesce(sent.versions, 0) as versions,
        {{ days_between('reports_due.due_on', 'cast(sent.first_accepted_at as date)') }}
            as days_after_due
    from reports_due
    left join sent
        on
            reports_due.form = sent.form
            and reports_due.org_unit_code = sent.org_unit_code
            and reports_due.period = sent.period
),

final as (
    select
        period,
        org_unit_code,
        org_unit_valid_from,
        org_unit_name_vi,
        unit_type,
        form,
        due_on,
        extension_reason,
        is_past_due,
        versions,
        last_received_at,
        verdict,
        first_accepted_at,
        cast(case when days_after_due < 0 then 0 else days_after_due end as bigint) as days_late,
        case
            when days_after_due <= 0 then 'on_time'
            when days_after_due > 0 then 'late'
            when is_past_due then 'missing'
            else 'not_due'
        end as state
    from judged
)

select * from final
