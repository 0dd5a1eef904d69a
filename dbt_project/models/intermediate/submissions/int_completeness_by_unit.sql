{#-
What is counted from several forms of the same reporter: it owes them in quarters where all of them are due, and
has reported when all have come.
-#}
{%- set combined_subjects = {
    'unions_and_agreements': ['grassroots_unions', 'agreements'],
    'unions_and_enterprises': ['grassroots_unions', 'enterprises'],
    'unions_enterprises_and_agreements': ['grassroots_unions', 'enterprises', 'agreements']
} -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

expected as (
    select * from {{ ref('int_reports_expected') }}
),

reports as (
    select
        period,
        org_unit_code,
        form as subject,
        is_reported
    from expected
    {% for subject, forms in combined_subjects.items() -%}
        union all
        select
            period,
            org_unit_code,
            '{{ subject }}' as subject,
            min(is_reported) as is_reported
        from expected
        where form in ('{{ forms | join("', '") }}')
        group by period, org_unit_code
        having count(*) = {{ forms | length }}
    {% endfor %}
),

final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        reports.subject,
        count(*) as reporters_expected,
        cast(sum(reports.is_reported) as bigint) as reporters_reported,
        {{ percent('sum(reports.is_reported)', 'count(*)') }} as completeness_pct
    from ancestors
    inner join reports
        on ancestors.period = reports.period and ancestors.org_unit_code = reports.org_unit_code
    group by ancestors.period, ancestors.ancestor_code, reports.subject
)

select * from final
