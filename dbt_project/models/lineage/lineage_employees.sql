{#- What a measure adds up of its employers, and which employers it looks at. -#}
{%- set measures = {
    'employees': ('workers', '1'),
    'employee_members': ('members', '1'),
    'members_with_occupational': ('members', '1'),
    'workers_over_threshold': ('workers', 'is_over'),
    'members_over_threshold': ('members', 'is_over'),
    'bargaining_employees': ('workers', 'is_known'),
    'bargaining_covered': ('covered', '1'),
    'bargaining_employees_union': ('workers', 'is_known * has_union'),
    'bargaining_covered_union': ('covered', 'has_union'),
    'bargaining_employees_enterprises': ('workers', 'is_known * is_enterprise'),
    'bargaining_covered_enterprises': ('covered', 'is_enterprise'),
    'bargaining_employees_threshold': ('workers', 'is_known * is_over'),
    'bargaining_covered_threshold': ('covered', 'is_over'),
} -%}

with unions as (
    select * from {{ ref('fct_membership') }}
    where is_active
),

sectors as (
    select * from {{ ref('dim_sector') }}
),

enterprises as (
    select * from {{ ref('fct_enterprise') }}
),

agreements as (
    select * from {{ ref('fct_agreement') }}
    where status = 'in_force'
),

levels as (
    select * from {{ ref('lineage_level') }}
    where basis = 'as_reported'
),

-- What depends on no threshold stands in the rows of none.
thresholds as (
    select
        period,
        org_unit_code,
        threshold,
        true as is_threshold
    from {{ ref('mart_enterprise_coverage') }}
    union
    select
        period,
        org_unit_code,
        null as threshold,
        false as is_threshold
    from {{ ref('mart_enterprise_coverage') }}
),

-- What needs several forms of the same reporter counts where all of them have come.
reporters as (
    select
        period,
        org_unit_code,
        max(case when form = 'agreements' then 1 else 0 end) as is_agreements_reported
    from {{ ref('fct_submission') }}
    where is_current and form in ('grassroots_unions', 'enterprises', 'agreements')
    group by period, org_unit_code
    having
        max(case when form = 'grassroots_unions' then 1 else 0 end) = 1
        and max(case when form = 'enterprises' then 1 else 0 end) = 1
),

mentions as (
    select
        unions.period,
        unions.org_unit_code,
        case
            when sectors.counts_for_density
                then coalesce(unions.tax_code, unions.org_unit_code || ' ' || unions.union_code)
        end as employer_code,
        case when sectors.counts_for_density then 'union' else 'occupational' end as kind,
        unions.workers_total as workers,
        unions.members_total as members,
        cast(null as bigint) as covered,
        'fct_membership' as fact,
        unions.submission_id,
        unions.source_sheet,
        unions.source_row
    from unions
    inner join sectors on unions.sector = sectors.sector
    where sectors.counts_for_density is not null
    union all
    select
        period,
        org_unit_code,
        tax_code as employer_code,
        'enterprise' as kind,
        workers_total as workers,
        null as members,
        null as covered,
        'fct_enterprise' as fact,
        submission_id,
        source_sheet,
        source_row
    from enterprises
    union all
    select
        period,
        org_unit_code,
        tax_code as employer_code,
        'agreement' as kind,
        null as workers,
        null as members,
        workers_covered as covered,
        'fct_agreement' as fact,
        submission_id,
        source_sheet,
        source_row
    from agreements
),

-- Two units may report the same employer: above both of them it counts once.
employers as (
    select
        mentions.*,
        levels.org_unit_code as level_code,
        sum(case when mentions.kind = 'union' then mentions.workers end) over employer as union_workers,
        max(case when mentions.kind = 'enterprise' then mentions.workers end) over employer
            as enterprise_workers,
        max(mentions.covered) over employer as most_covered,
        max(case when mentions.kind = 'union' then 1 else 0 end) over employer as has_union,
        max(case when mentions.kind = 'enterprise' then 1 else 0 end) over employer as is_enterprise,
        max(case when mentions.kind = 'agreement' then 1 else 0 end) over employer as has_agreement,
        max(reporters.is_agreements_reported) over employer as is_agreements_reported,
        row_number() over (
            partition by mentions.period, levels.org_unit_code, mentions.employer_code, mentions.kind
            order by
                coalesce(mentions.covered, mentions.workers) desc nulls last,
                mentions.submission_id asc, mentions.source_row asc
        ) as rank_of_row
    from mentions
    inner join reporters
        on mentions.period = reporters.period and mentions.org_unit_code = reporters.org_unit_code
    inner join levels
        on mentions.period = levels.period and mentions.org_unit_code = levels.reporter_code
    window employer as (partition by mentions.period, levels.org_unit_code, mentions.employer_code)
),

-- The two forms count workers at different moments: the larger number stands.
sized as (
    select
        employers.*,
        greatest(
            coalesce(union_workers, enterprise_workers), coalesce(enterprise_workers, union_workers)
        ) as employer_workers,
        case
            when union_workers is not null and union_workers >= coalesce(enterprise_workers, 0) then 'union'
            else 'enterprise'
        end as larger_side
    from employers
),

compared as (
    select
        sized.*,
        thresholds.threshold,
        thresholds.is_threshold
    from sized
    inner join thresholds
        on sized.period = thresholds.period and sized.level_code = thresholds.org_unit_code
),

weighed as (
    select
        compared.*,
        case
            when is_agreements_reported = 0 or employer_workers is null then null
            when has_agreement = 0 then 0
            when most_covered is not null then least(most_covered, employer_workers)
        end as employer_covered,
        case when is_enterprise = 1 and enterprise_workers >= threshold then 1 else 0 end as is_over
    from compared
),

-- What the row itself brings to its employer: every union adds up, of the other rows the largest stands.
brought as (
    select
        weighed.*,
        case when employer_covered is not null then 1 end as is_known,
        case
            when kind = 'union' and larger_side = 'union' then workers
            when kind = 'enterprise' and larger_side = 'enterprise' and rank_of_row = 1 then workers
        end as row_workers,
        case when kind = 'union' and employer_workers is not null then members end as row_members,
        case when kind = 'agreement' and rank_of_row = 1 then employer_covered end as row_covered
    from weighed
),

measures as (
    {% for measure, (part, weight) in measures.items() -%}
        select
            '{{ measure }}' as measure,
            '{{ part }}' as part,
            {{ 'is_over' in weight }} as uses_threshold
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

asked as (
    select
        brought.*,
        measures.measure,
        measures.part
    from brought
    inner join measures on brought.is_threshold = measures.uses_threshold
),

measured as (
    select
        asked.*,
        case part
            when 'workers' then 'workers_total'
            when 'members' then 'members_total'
            else 'workers_covered'
        end as field,
        case
            when kind <> 'occupational'
                then
                    case measure
                        {% for measure, (part, weight) in measures.items() -%}
                            when '{{ measure }}' then row_{{ part }} * {{ weight }}
                        {% endfor %}
                    end
            when measure = 'members_with_occupational' then members
        end as contribution
    from asked
),

final as (
    select
        period,
        level_code as org_unit_code,
        'employees.' || measure as measure,
        'all' as sector,
        'as_reported' as basis,
        'all' as scope,
        threshold,
        cast(contribution as double) as contribution,
        fact,
        field,
        submission_id,
        source_sheet,
        source_row
    from measured
)

select * from final
where contribution is not null
