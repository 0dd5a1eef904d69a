with submissions as (
    select * from {{ ref('int_submissions_current') }}
),

unions as (
    select * from {{ ref('int_unions_current') }}
    where is_active and counts_for_density
),

enterprises as (
    select * from {{ ref('int_enterprises_current') }}
),

agreements as (
    select * from {{ ref('int_agreements_current') }}
    where status = 'in_force'
),

-- What needs several forms of the same reporter counts where all of them have come.
reporters as (
    select
        period,
        org_unit_code,
        max(case when form = 'agreements' then 1 else 0 end) as is_agreements_reported
    from submissions
    where form in ('grassroots_unions', 'enterprises', 'agreements')
    group by period, org_unit_code
    having
        max(case when form = 'grassroots_unions' then 1 else 0 end) = 1
        and max(case when form = 'enterprises' then 1 else 0 end) = 1
),

-- An employer is known by its tax code; a union without one stands for its own.
mentions as (
    select
        period,
        org_unit_code,
        coalesce(tax_code, org_unit_code || ' ' || union_code) as employer_code,
        workers_total as union_workers,
        members_total as members,
        cast(null as bigint) as enterprise_workers,
        cast(null as bigint) as workers_covered,
        1 as has_union,
        0 as is_enterprise,
        0 as has_agreement
    from unions
    union all
    select
        period,
        org_unit_code,
        tax_code as employer_code,
        null as union_workers,
        null as members,
        workers_total as enterprise_workers,
        null as workers_covered,
        0 as has_union,
        1 as is_enterprise,
        0 as has_agreement
    from enterprises
    union all
    select
        period,
        org_unit_code,
        tax_code as employer_code,
        null as union_workers,
        null as members,
        null as enterprise_workers,
        workers_covered,
        0 as has_union,
        0 as is_enterprise,
        1 as has_agreement
    from agreements
),

-- Unions of one employer add up; of its agreements the one that covers most workers counts, so that nobody
-- under two of them counts twice.
final as (
    select
        mentions.period,
        mentions.org_unit_code,
        mentions.employer_code,
        cast(sum(mentions.union_workers) as bigint) as union_workers,
        cast(sum(mentions.members) as bigint) as members,
        max(mentions.enterprise_workers) as enterprise_workers,
        max(mentions.workers_covered) as workers_covered,
        max(mentions.has_union) as has_union,
        max(mentions.is_enterprise) as is_enterprise,
        max(mentions.has_agreement) as has_agreement,
        max(reporters.is_agreements_reported) as is_agreements_reported
    from mentions
    inner join reporters
        on mentions.period = reporters.period and mentions.org_unit_code = reporters.org_unit_code
    group by mentions.period, mentions.org_unit_code, mentions.employer_code
)

select * from final
